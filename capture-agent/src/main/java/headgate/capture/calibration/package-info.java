/// Measures what the receive path costs on this host.
///
/// [Calibration] sends frames through a [VethLink], two network namespaces of its own, and takes
/// the kernel's own time stamps of when each was taken up. Nothing of the host's network is
/// touched.
package headgate.capture.calibration;
