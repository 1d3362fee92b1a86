import { type Command, tryCommand } from "./command.js";
import { inNamespaces } from "./namespaces.js";
import { findProgram, foldersOnPath } from "./programs.js";

/** Whether this machine and this user can have a lab. */
export type LabSupport =
  | {
      readonly kind: "namespaces";
      /** Whether a user namespace is needed too, because this process lacks the rights of root. */
      readonly rootless: boolean;
    }
  | {
      readonly kind: "none";
      /** What is missing and what to do about it: one or two sentences. */
      readonly why: string;
    };

/** The programs a lab runs, with the Debian package of each. */
const TOOLS = [
  ["ip", "iproute2"],
  ["unshare", "util-linux"],
  ["setpriv", "util-linux"],
  ["mount", "mount"],
  ["sh", "dash"],
] as const;

// Everything that needs a right in a lab, once: a namespace, a veth pair in it, and the two files faults
// write.
const REHEARSAL: Command = [
  "sh",
  "-ec",
  `ip netns add rehearsal
   ip -n rehearsal link add here type veth peer name there
   ip netns exec rehearsal sh -ec '
     echo 1 >/proc/sys/net/ipv4/conf/here/forwarding
     echo 0x1003 >/sys/class/net/here/flags'`,
];

/**
 * Finds out whether a lab can be made here, by making the smallest one (50 ms).
 *
 * @returns how to make one, or why it cannot be
 */
export async function labSupport(): Promise<LabSupport> {
  if (process.platform !== "linux") {
    return none(`Network namespaces exist only on Linux, and this is ${process.platform}.`);
  }
  const missing = TOOLS.find(([tool]) => !isOnPath(tool));
  if (missing) {
    const [tool, debianPackage] = missing;
    return none(`The program "${tool}" is not on the PATH; on Debian: apt install ${debianPackage}.`);
  }
  // Root in a container may lack the right to make namespaces, and yet be allowed to make a user namespace.
  const attempts = process.getuid?.() === 0 ? [false, true] : [true];
  let complaint = "";
  for (const rootless of attempts) {
    const { code, stderr } = await tryCommand(inNamespaces(REHEARSAL, rootless));
    if (code === 0) {
      return { kind: "namespaces", rootless };
    }
    complaint = stderr.trim() || `exit code ${code}`;
  }
  return none(explain(complaint));
}

function explain(complaint: string): string {
  if (/unshare failed|uid_map/.test(complaint)) {
    return (
      `This system does not let this user create namespaces (${complaint}). Run as root, or allow it: ` +
      "sysctl kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 " +
      "(Ubuntu), user.max_user_namespaces above 0; in a container: --privileged."
    );
  }
  return (
    `Namespaces can be created, but not used for a lab (${complaint}). ` +
    "Run as root; in a container: --privileged."
  );
}

function none(why: string): LabSupport {
  return { kind: "none", why };
}

function isOnPath(tool: string): boolean {
  return findProgram(tool, foldersOnPath()) !== undefined;
}
