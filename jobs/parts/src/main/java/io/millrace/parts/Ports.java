package io.millrace.parts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.TreeMap;

/** The ports that parts listen on, with the option that gives each. */
public final class Ports {
  private final Map<Integer, String> optionOf = new TreeMap<>();

  /**
   * Takes {@code count} ports from {@code first} on.
   *
   * @throws IllegalArgumentException if one is no port, or taken by another option; says which
   */
  public Ports take(String option, int first, int count) {
    for (int port = first; port < first + count; port++) {
      if (port < 1 || port > 0xffff) {
        throw new IllegalArgumentException(
            "%s %d: port %d is not one of 1 to 65,535".formatted(option, first, port));
      }
      String other = optionOf.put(port, option);
      if (other != null) {
        throw new IllegalArgumentException(
            "port %d is asked for by %s and by %s; give one of them another"
                .formatted(port, other, option));
      }
    }
    return this;
  }

  /**
   * @throws RunFailure if one of the ports is in use; says which, and what to do
   */
  public void requireFree() throws RunFailure {
    for (Map.Entry<Integer, String> e : optionOf.entrySet()) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), e.getKey()));
      } catch (IOException inUse) {
        throw new RunFailure(
            "port %d is in use; end what uses it, or give another %s"
                .formatted(e.getKey(), e.getValue()));
      }
    }
  }
}
