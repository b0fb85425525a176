/// Frames through libpcap, by way of pcap4j: for interfaces and systems that the ring of
/// `headgate.capture.afpacket` does not serve.
///
/// Only pcap4j's raw packets are used. Its packet classes never see a frame: they throw on payload
/// that they cannot parse, and a frame that they throw on is lost.
package headgate.capture.libpcap;
