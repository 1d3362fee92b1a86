/** Frames and the octets in them. */
export interface FrameCount {
  readonly frames: number;
  /** With the Ethernet header of 14 octets; without padding and frame check sequence. */
  readonly octets: number;
}

/** What has passed on the monitor's link since the lab was created. */
export interface WireCounters {
  /** Sent by the monitor, whether or not it then arrived anywhere. */
  readonly out: FrameCount;
  /** Received by the monitor. */
  readonly in: FrameCount;
}

/**
 * Reads the counters of the monitor's link as the router's port sees them.
 *
 * @param netDev the text of /proc/net/dev in the router
 * @param port the name of the router's port to the monitor
 * @throws Error if the port is not listed
 */
export function parseFrameCounters(netDev: string, port: string): WireCounters {
  const line = netDev.split("\n").find((candidate) => candidate.trim().startsWith(`${port}:`));
  if (line === undefined) {
    throw new Error(`/proc/net/dev does not list the port "${port}":\n${netDev}`);
  }
  // Eight columns of what the port has received come first, then what it has transmitted; octets before
  // frames.
  const columns = line
    .slice(line.indexOf(":") + 1)
    .trim()
    .split(/\s+/)
    .map(Number);
  const [octetsReceived, framesReceived] = columns;
  const [octetsTransmitted, framesTransmitted] = columns.slice(8);
  if (
    octetsReceived === undefined ||
    framesReceived === undefined ||
    octetsTransmitted === undefined ||
    framesTransmitted === undefined
  ) {
    throw new Error(`/proc/net/dev has too few columns for the port "${port}": ${line}`);
  }
  return {
    out: { frames: framesReceived, octets: octetsReceived },
    in: { frames: framesTransmitted, octets: octetsTransmitted },
  };
}
