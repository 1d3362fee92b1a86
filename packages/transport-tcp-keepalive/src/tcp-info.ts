/** The states of a TCP connection (RFC 9293, 3.3.2), and two of Linux's own. */
export type TcpState =
  | "established"
  | "syn-sent"
  | "syn-received"
  | "fin-wait-1"
  | "fin-wait-2"
  | "time-wait"
  | "closed"
  | "close-wait"
  | "last-ack"
  | "listen"
  | "closing"
  | "new-syn-received"
  | "bound-inactive"
  | "unknown";

/** What congestion control is doing: `open`, nothing is amiss; `loss`, a retransmission time-out has fired. */
export type CongestionState =
  | "open"
  | "disorder"
  | "congestion-window-reduced"
  | "recovery"
  | "loss"
  | "unknown";

/** What the two ends agreed on, from `tcpi_options`. */
export interface TcpNegotiated {
  readonly timestamps: boolean;
  readonly selectiveAcknowledgements: boolean;
  readonly windowScaling: boolean;
  readonly explicitCongestionNotification: boolean;
  /** At least one packet with an ECN mark was received. */
  readonly congestionMarkSeen: boolean;
  /** Data of our SYN was acknowledged (TCP Fast Open). */
  readonly synDataAccepted: boolean;
}

/** A number the kernel tells; `undefined` where this kernel's structure ends before it, or it has no value yet. */
export type TcpInfoNumber = number | undefined;

/**
 * What the kernel knows of one TCP connection: Linux's TCP_INFO (`struct tcp_info`, include/uapi/linux/tcp.h;
 * filled by tcp_get_info, net/ipv4/tcp.c), in milliseconds, octets and segments. The kernel's own name stands
 * behind each field. Times that the kernel counts in microseconds keep their fraction. Counters of 64 bits are
 * exact up to 2^53.
 *
 * Left out: `tcpi_last_ack_sent` and `tcpi_fackets`, which the kernel no longer fills, and the AccECN counters
 * after `tcpi_total_rto_time`, whose layout differs between kernels.
 */
export interface TcpInfo {
  readonly kind: "read";
  /** How many octets the kernel gave: it tells which fields it knows. */
  readonly octets: number;
  /** tcpi_state */
  readonly state: TcpState;
  /** tcpi_ca_state */
  readonly congestionState: CongestionState | undefined;
  /** Retransmission time-outs in a row for the oldest unacknowledged segment. tcpi_retransmits */
  readonly retransmits: TcpInfoNumber;
  /** Keepalive or zero-window probes that are unanswered now. tcpi_probes */
  readonly unansweredProbes: TcpInfoNumber;
  /** How often the retransmission time-out has been doubled. tcpi_backoff */
  readonly backoff: TcpInfoNumber;
  /** tcpi_options */
  readonly negotiated: TcpNegotiated | undefined;
  /** As a power of two: what the windows we are told of are shifted by. tcpi_snd_wscale */
  readonly sendWindowScale: TcpInfoNumber;
  /** tcpi_rcv_wscale */
  readonly receiveWindowScale: TcpInfoNumber;
  /** The delivery rate was limited by the application, not by the network. tcpi_delivery_rate_app_limited */
  readonly deliveryRateAppLimited: boolean | undefined;
  /** The retransmission time-out, doublings included. tcpi_rto */
  readonly rtoMs: TcpInfoNumber;
  /** How long an acknowledgement is delayed in the hope of data to carry it. tcpi_ato */
  readonly delayedAckMs: TcpInfoNumber;
  /** The largest segment we send. tcpi_snd_mss */
  readonly sendMssOctets: TcpInfoNumber;
  /** An estimate of the largest segment the peer sends. tcpi_rcv_mss */
  readonly receiveMssOctets: TcpInfoNumber;
  /** Segments in flight: sent, and not acknowledged. tcpi_unacked */
  readonly unacknowledgedSegments: TcpInfoNumber;
  /** Of these, selectively acknowledged. tcpi_sacked */
  readonly sackedSegments: TcpInfoNumber;
  /** Of these, taken for lost. tcpi_lost */
  readonly lostSegments: TcpInfoNumber;
  /** Of these, retransmitted and not yet acknowledged. tcpi_retrans */
  readonly retransmittedSegments: TcpInfoNumber;
  /** Since the last data segment was sent. tcpi_last_data_sent */
  readonly lastDataSentMs: TcpInfoNumber;
  /** Since the last data was received. tcpi_last_data_recv */
  readonly lastDataReceivedMs: TcpInfoNumber;
  /** Since the last acknowledgement was received. tcpi_last_ack_recv */
  readonly lastAckReceivedMs: TcpInfoNumber;
  /** tcpi_pmtu */
  readonly pathMtuOctets: TcpInfoNumber;
  /** How far the receive window may open now. tcpi_rcv_ssthresh */
  readonly receiveWindowClampOctets: TcpInfoNumber;
  /** The smoothed round-trip time (RFC 6298). tcpi_rtt */
  readonly rttMs: TcpInfoNumber;
  /** Its mean deviation. tcpi_rttvar */
  readonly rttVarianceMs: TcpInfoNumber;
  /** The slow start threshold in segments; Infinity before the first loss. tcpi_snd_ssthresh */
  readonly slowStartThresholdSegments: TcpInfoNumber;
  /** The congestion window in segments. tcpi_snd_cwnd */
  readonly congestionWindowSegments: TcpInfoNumber;
  /** The largest segment we told the peer to send. tcpi_advmss */
  readonly advertisedMssOctets: TcpInfoNumber;
  /** By how many segments packets may be reordered before they count as lost. tcpi_reordering */
  readonly reorderingSegments: TcpInfoNumber;
  /** The round-trip time as the receiving side estimates it; 0: no estimate. tcpi_rcv_rtt */
  readonly receiveRttMs: TcpInfoNumber;
  /** What the receive buffer is tuned for. tcpi_rcv_space */
  readonly receiveSpaceOctets: TcpInfoNumber;
  /** Retransmitted segments in the whole life of the connection. tcpi_total_retrans */
  readonly totalRetransmits: TcpInfoNumber;
  /** Octets per second; Infinity: unlimited. tcpi_pacing_rate */
  readonly pacingRate: TcpInfoNumber;
  /** Octets per second; Infinity: unlimited. tcpi_max_pacing_rate */
  readonly maxPacingRate: TcpInfoNumber;
  /** Octets of ours that were acknowledged; at the end that connected, the SYN counts as one. tcpi_bytes_acked */
  readonly bytesAcked: TcpInfoNumber;
  /** Octets of the stream received, in order. tcpi_bytes_received */
  readonly bytesReceived: TcpInfoNumber;
  /** Segments sent, bare acknowledgements and probes included. tcpi_segs_out */
  readonly segmentsOut: TcpInfoNumber;
  /** tcpi_segs_in */
  readonly segmentsIn: TcpInfoNumber;
  /** Octets written that were not sent even once. tcpi_notsent_bytes */
  readonly notSentBytes: TcpInfoNumber;
  /** The least round-trip time of late; `undefined` also while none was measured. tcpi_min_rtt */
  readonly minRttMs: TcpInfoNumber;
  /** Segments received that held data. tcpi_data_segs_in */
  readonly dataSegmentsIn: TcpInfoNumber;
  /** Segments sent that held data, retransmissions included. tcpi_data_segs_out */
  readonly dataSegmentsOut: TcpInfoNumber;
  /** The newest measured rate at which data arrived, in octets per second. tcpi_delivery_rate */
  readonly deliveryRate: TcpInfoNumber;
  /** How long there was data to send or in flight. tcpi_busy_time */
  readonly busyMs: TcpInfoNumber;
  /** How long sending waited for the peer's window. tcpi_rwnd_limited */
  readonly receiveWindowLimitedMs: TcpInfoNumber;
  /** How long sending waited for room in the send buffer. tcpi_sndbuf_limited */
  readonly sendBufferLimitedMs: TcpInfoNumber;
  /** Data segments delivered to the peer, retransmissions included. tcpi_delivered */
  readonly deliveredSegments: TcpInfoNumber;
  /** Of these, those that came with a congestion mark. tcpi_delivered_ce */
  readonly deliveredMarkedSegments: TcpInfoNumber;
  /** Octets of data sent, retransmissions included. tcpi_bytes_sent */
  readonly bytesSent: TcpInfoNumber;
  /** Octets of data retransmitted. tcpi_bytes_retrans */
  readonly bytesRetransmitted: TcpInfoNumber;
  /** Duplicates of ours that the peer reported by D-SACK. tcpi_dsack_dups */
  readonly duplicatesReported: TcpInfoNumber;
  /** How often reordering was seen. tcpi_reord_seen */
  readonly reorderingsSeen: TcpInfoNumber;
  /** Segments received out of order. tcpi_rcv_ooopack */
  readonly outOfOrderSegmentsIn: TcpInfoNumber;
  /** The peer's window. tcpi_snd_wnd */
  readonly sendWindowOctets: TcpInfoNumber;
  /** Our window, as told to the peer. tcpi_rcv_wnd */
  readonly receiveWindowOctets: TcpInfoNumber;
  /** How often the flow label was changed to find another path. tcpi_rehash */
  readonly rehashes: TcpInfoNumber;
  /** Retransmission time-outs in the whole life of the connection. tcpi_total_rto */
  readonly totalRtos: TcpInfoNumber;
  /** Recoveries they began. tcpi_total_rto_recoveries */
  readonly totalRtoRecoveries: TcpInfoNumber;
  /** Time spent in these. tcpi_total_rto_time */
  readonly totalRtoMs: TcpInfoNumber;
}

/** There is no TCP_INFO to be had. */
export interface TcpInfoUnreadable {
  readonly kind: "unreadable";
  readonly why: string;
}

/** What the kernel knows of a connection, or why that could not be read. */
export type TcpInfoReading = TcpInfo | TcpInfoUnreadable;
