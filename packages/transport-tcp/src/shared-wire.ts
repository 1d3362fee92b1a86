/** The first octet of everything on a shared socket: a length octet and a heartbeat's frame follow. */
export const HEARTBEAT_CHANNEL = 0;
/** A uint16 (big-endian) and so many octets of the application follow. */
export const APPLICATION_CHANNEL = 1;
/** The application sends no more in this direction; heartbeats go on. */
export const APPLICATION_END_CHANNEL = 2;

/** Channel and length before a piece of the application's octets. */
export const PIECE_HEADER_OCTETS = 3;
/** The longest piece that is accepted. */
export const MAX_PIECE_OCTETS = 16_384;
