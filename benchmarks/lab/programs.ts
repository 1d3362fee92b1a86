import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The programs that only some parts of a lab run, with the Debian packages they come in. */
const PACKAGES = { nft: "nftables", nginx: "nginx libnginx-mod-stream", tc: "iproute2" } as const;

/** A program that only some parts of a lab run. */
export type LabProgram = keyof typeof PACKAGES;

// Where Debian puts programs for administrators, which is not on an ordinary user's PATH.
const ADMINISTRATORS_PATHS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/**
 * Finds a program.
 *
 * @returns its path
 * @throws Error naming its Debian package, if it is not there
 */
export function labProgram(program: LabProgram): string {
  return requireProgram(program, PACKAGES[program]);
}

/**
 * Finds a program, on the PATH or among those for administrators.
 *
 * @param debianPackages what to install where it is missing
 * @param folders where else it may be; they come first
 * @returns its path
 * @throws Error naming the packages, if it is not there
 */
export function requireProgram(
  program: string,
  debianPackages: string,
  folders: readonly string[] = [],
): string {
  const path = findProgram(program, [...folders, ...foldersOnPath(), ...ADMINISTRATORS_PATHS]);
  if (path === undefined) {
    throw new Error(`The program "${program}" is missing; on Debian: apt install ${debianPackages}.`);
  }
  return path;
}

/** The folders of the PATH. */
export function foldersOnPath(): readonly string[] {
  return (process.env.PATH ?? "").split(delimiter);
}

/**
 * Looks for a program.
 *
 * @param folders where
 * @returns the first path at which there is one
 */
export function findProgram(program: string, folders: readonly string[]): string | undefined {
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
