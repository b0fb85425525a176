/// This host's own kernel as the judge: a router in a network namespace of its own, fed frame by
/// frame, and what it did beside what the forwarding engine says.
package headgate.console.live;
