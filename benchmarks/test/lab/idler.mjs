// Runs in a host and does nothing, deaf to polite requests to end.
process.on("SIGTERM", () => {});
process.on("SIGINT", () => {});
setInterval(() => {}, 1000);
