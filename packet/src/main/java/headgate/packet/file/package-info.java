/// Capture files: pcap and pcapng, read and written through one buffer.
///
/// A reader places frames and interprets nothing in them. What is wrong with a file is a value
/// ([Damage]), and the frames before it stand. Formats, limits and what damage looks like:
/// `docs/capture-files.md`.
///
/// To add a format: extend [CaptureReader], and give it one case in [CaptureReader#open].
package headgate.packet.file;
