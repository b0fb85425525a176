/// Frames from the kernel's own ring: AF_PACKET with TPACKET_V3, see packet(7) and the kernel's
/// `Documentation/networking/packet_mmap.rst`.
///
/// The kernel writes frames into blocks of memory that it shares with [AfPacketSource]; a block
/// changes hands as a whole, so that there is neither a system call nor a copy per frame. To use a
/// further call of the C library: add it to `Libc`, named as in C.
package headgate.capture.afpacket;
