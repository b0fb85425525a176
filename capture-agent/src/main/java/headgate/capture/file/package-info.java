/// Frames from capture files: compressed or not, from disk or from a pipe, flat out or paced.
///
/// [headgate.packet.file] knows the formats; here is what brings their bytes. To add a compression:
/// extend `Decompressor`, and give it one case in `Decompressor.open`.
package headgate.capture.file;
