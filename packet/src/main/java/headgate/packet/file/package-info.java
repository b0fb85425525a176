/// Capture file formats: pcap and pcapng, read and written through a buffer.
package headgate.packet.file;
