package io.millrace.detector.wire;

import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The lanes between an aggregator and the compute nodes: which sector goes into which, and where
 * they are found.
 *
 * <p>The aggregator has one thread a module, and a thread one socket a lane; so a lane is as many
 * endpoints as there are modules. All sectors of a frame go into the same lane, because readers
 * that put frames together before they count need that. The threads decide it without talking to
 * each other, from the frame number alone.
 *
 * @param host host name or address of the aggregator
 * @param firstPort port of lane 0, module 0; lane l of module m is at {@code firstPort + l *
 *     modules + m}
 * @param lanes number of lanes, at least 1
 * @param modules number of modules
 */
public record Lanes(String host, int firstPort, int lanes, int modules) implements Serializable {
  /** Checks the ranges. */
  public Lanes {
    if (lanes < 1) {
      throw new IllegalArgumentException("%d lanes: at least 1 is needed".formatted(lanes));
    }
    if (firstPort < 1 || firstPort + (long) lanes * modules - 1 > 0xffff) {
      throw new IllegalArgumentException(
          "%d lanes of %d modules from port %d do not fit into the ports 1 to 65,535"
              .formatted(lanes, modules, firstPort));
    }
  }

  /** Lanes at an address such as {@code tcp://host:5600}. */
  public static Lanes at(String address, int lanes, int modules) {
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an address: " + address, e);
    }
    if (!"tcp".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 1) {
      throw new IllegalArgumentException(
          "not an address: %s; it is of the form tcp://host:port".formatted(address));
    }
    return new Lanes(uri.getHost(), uri.getPort(), lanes, modules);
  }

  /** The lane of a frame. */
  public int laneOf(long frame) {
    return (int) (frame % lanes);
  }

  /** The endpoint of a lane for one module. */
  public String endpoint(int lane, int module) {
    return "tcp://%s:%d".formatted(host, firstPort + lane * modules + module);
  }

  /** Where is told what the lanes' readers have: the port behind those of all lanes. */
  public String statusEndpoint() {
    return statuses().endpoint(0, 0);
  }

  /** The same as a lane of its own. */
  public Lanes statuses() {
    return new Lanes(host, firstPort + lanes * modules, 1, 1);
  }

  /** The endpoints of a lane, by module. */
  public List<String> endpoints(int lane) {
    return IntStream.range(0, modules).mapToObj(m -> endpoint(lane, m)).toList();
  }
}
