export type { SocketType, UdpAddress } from "./address.js";
export { type UdpHub, type UdpHubOptions, udpHub } from "./hub.js";
export { type UdpOptions, udp } from "./udp.js";
