/** Something in between that forgets, or closes, a connection which is silent for too long. */
export interface Middlebox {
  readonly title: string;
  /** Its default; most can be configured. */
  readonly idleTimeoutMs: number;
  /**
   * What keeps a connection: `any segment`, so a keepalive probe does; `data` only, for it is a proxy that ends the
   * connection: a probe is answered by its own kernel.
   */
  readonly keptBy: "any segment" | "data";
  /** The vendor's document, or the standard. */
  readonly source: string;
}

/**
 * Idle time-outs by default, each from the document (or the source) of whoever makes it, or the standard. What
 * publishes none, such as home routers and mobile networks, is left out. No socket's own settings are slower than
 * `linux-conntrack`: only a system's can be.
 */
export const MIDDLEBOXES = {
  "azure-load-balancer": {
    title: "Azure Load Balancer",
    idleTimeoutMs: 240_000,
    keptBy: "any segment",
    source: "https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-idle-timeout",
  },
  "aws-network-load-balancer": {
    title: "AWS Network Load Balancer",
    idleTimeoutMs: 350_000,
    keptBy: "any segment",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html",
  },
  "aws-network-firewall": {
    title: "AWS Network Firewall",
    idleTimeoutMs: 350_000,
    keptBy: "any segment",
    source: "https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FlowTimeouts.html",
  },
  "aws-nat-gateway": {
    title: "AWS NAT Gateway",
    idleTimeoutMs: 350_000,
    keptBy: "any segment",
    source:
      "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html#nat-gateway-troubleshooting-timeout",
  },
  "aws-vpc-endpoint": {
    title: "AWS VPC endpoint",
    idleTimeoutMs: 350_000,
    keptBy: "any segment",
    source:
      "https://aws.amazon.com/blogs/networking-and-content-delivery/implementing-long-running-tcp-connections-within-vpc-networking/",
  },
  "azure-nat-gateway": {
    title: "Azure NAT Gateway",
    idleTimeoutMs: 240_000,
    keptBy: "any segment",
    source: "https://learn.microsoft.com/en-us/azure/nat-gateway/nat-gateway-resource",
  },
  "google-cloud-nat": {
    title: "Google Cloud NAT",
    idleTimeoutMs: 1_200_000,
    keptBy: "any segment",
    source: "https://cloud.google.com/nat/docs/tune-nat-configuration#nat-timeouts",
  },
  "kube-proxy-ipvs": {
    title: "Linux IPVS, as of kube-proxy in its IPVS mode",
    idleTimeoutMs: 900_000,
    keptBy: "any segment",
    source: "https://github.com/torvalds/linux/blob/v6.12/net/netfilter/ipvs/ip_vs_proto_tcp.c",
  },
  "google-cloud-vpc": {
    title: "Google Cloud VPC",
    idleTimeoutMs: 600_000,
    keptBy: "any segment",
    source: "https://cloud.google.com/compute/docs/troubleshooting/general-tips",
  },
  "aws-application-load-balancer": {
    title: "AWS Application Load Balancer",
    idleTimeoutMs: 60_000,
    keptBy: "data",
    source:
      "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
  },
  "aws-classic-load-balancer": {
    title: "AWS Classic Load Balancer",
    idleTimeoutMs: 60_000,
    keptBy: "data",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-idle-timeout.html",
  },
  "nginx-http-proxy": {
    title: "nginx, proxied HTTP and WebSocket (proxy_read_timeout)",
    idleTimeoutMs: 60_000,
    keptBy: "data",
    source: "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout",
  },
  "nginx-stream-proxy": {
    title: "nginx, proxied TCP (proxy_timeout)",
    idleTimeoutMs: 600_000,
    keptBy: "data",
    source: "https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_timeout",
  },
  envoy: {
    title: "Envoy (idle_timeout)",
    idleTimeoutMs: 3_600_000,
    keptBy: "data",
    source: "https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts",
  },
  haproxy: {
    title: "HAProxy (timeout client, timeout server; as Red Hat configures it, for it has no default)",
    idleTimeoutMs: 60_000,
    keptBy: "data",
    source:
      "https://access.redhat.com/documentation/en-us/red_hat_enterprise_linux/7/html/load_balancer_administration/s1-haproxy-setup-defaults",
  },
  "standard-nat": {
    title: "a NAT that keeps to RFC 5382, REQ-5",
    idleTimeoutMs: 7_440_000,
    keptBy: "any segment",
    source: "https://www.rfc-editor.org/rfc/rfc5382#section-5",
  },
  "linux-conntrack": {
    title: "Linux connection tracking (nf_conntrack_tcp_timeout_established)",
    idleTimeoutMs: 432_000_000,
    keptBy: "any segment",
    source: "https://docs.kernel.org/networking/nf_conntrack-sysctl.html",
  },
} as const satisfies Readonly<Record<string, Middlebox>>;

/** A key of {@link MIDDLEBOXES}. */
export type MiddleboxName = keyof typeof MIDDLEBOXES;
