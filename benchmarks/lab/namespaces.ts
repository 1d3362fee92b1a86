import { existsSync } from "node:fs";
import type { Command } from "./command.js";

/** Exists only on the private tmpfs that {@link inNamespaces} mounts, so it cannot be found anywhere else. */
const MARK = "/run/heartwire-lab";

// Process 1 of the namespace is this shell, not Node: a process 1 must reap orphans (a shell that waits does)
// and has no default signal actions (the shell needs none). "$@" is not exec'ed, or Node would become process
// 1 itself.
const INIT = `
mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/netns && : >${MARK} && ip link set lo up || exit 1
"$@"
exit $?
`;

/**
 * The command that runs another command inside private namespaces: its own mounts, network and process ids.
 * All of them vanish when its process 1 ends, and process 1 is killed by the kernel when the process that
 * started this command dies, even of SIGKILL. Only the network and /run are private: files written elsewhere
 * are real, and belong to the user who started it.
 *
 * @param command what to run inside
 * @param rootless whether to make a user namespace too, which lets an ordinary user do the rest
 */
export function inNamespaces(command: Command, rootless: boolean): Command {
  const dieWithParent = ["--pdeathsig", "KILL"];
  const user = rootless ? ["--user", "--map-root-user"] : [];
  const others = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const init = ["sh", "-c", INIT, "heartwire-lab", ...command];
  return ["setpriv", ...dieWithParent, "unshare", ...user, ...others, ...init];
}

/** Whether this process runs inside the namespaces made by {@link inNamespaces}. */
export function insideLab(): boolean {
  return existsSync(MARK);
}

/**
 * Insists on {@link insideLab}, because what follows would change the real network of this machine.
 *
 * @throws Error if this process runs outside
 */
export function assertInsideLab(): void {
  if (!insideLab()) {
    throw new Error(
      "A lab was asked for outside the private namespaces: start this program with enterLab().",
    );
  }
}
