// Runs in a host, as a contender's end does: starts a program of others, with a folder, and says where they are.
import { openLabChannel, shortLivedFolder, startDependant } from "../../dist/lab/index.js";

const channel = openLabChannel();
const folder = shortLivedFolder("heartwire-test");
const program = ["sh", "-c", "echo it works; exec sleep 1000"];
const dependant = await startDependant(program, { PATH: process.env.PATH }, folder);
await dependant.says("it works", 10_000);
channel.send({ pid: dependant.pid, folder: folder.path });
for await (const _ of channel.messages);
process.exit();
