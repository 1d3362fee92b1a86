// Runs one example by its name: npm run example NAME

/** Each example, and the question it answers. */
const QUESTIONS: Readonly<Record<string, string>> = {
  "silent-server": "The server read my message and does not answer: is it thinking, or gone?",
  "ws-server": "How do I notice dead clients of my ws server?",
  "ws-client-reconnect": "How does my WebSocket client notice a dead server, and come back?",
  "tcp-service": "How do I add heartbeats to a TCP service, and tell a sick server from a well one?",
  "udp-fleet": "How do I watch a fleet of machines from one place?",
  "keepalive-on-a-server":
    "How do I give every connection of my server keepalive, and know it is really set?",
  choosing: "Keepalive or heartbeat, and with which figures?",
  "test-your-code": "How do I test my own code against dying peers, without waiting?",
};

const name = process.argv[2];
if (name !== undefined && Object.hasOwn(QUESTIONS, name)) {
  await import(`./${name}.js`);
} else {
  const list = Object.entries(QUESTIONS).map(([example, question]) => `  ${example.padEnd(22)} ${question}`);
  const usage = `npm run example NAME, where NAME is one of\n\n${list.join("\n")}`;
  if (name === undefined) console.log(usage);
  else {
    console.error(`There is no example "${name}".\n\n${usage}`);
    process.exitCode = 2;
  }
}
