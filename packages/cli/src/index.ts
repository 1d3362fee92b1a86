export type { Advice, AdviseReport } from "./advise/report.js";
export type { Finding, KeepaliveState } from "./doctor/diagnosis.js";
export type { ConnectionReport, DoctorReport } from "./doctor/report.js";
export type { Unseen } from "./doctor/unseen.js";
export { EXIT, type ExitCode } from "./exit-code.js";
export type { ExplainReport } from "./explain/report.js";
export { run } from "./program.js";
export { type Colours, type Output, type Terminal, terminalOf, wantsColour } from "./terminal.js";
