package io.millrace.allocation;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which of this node's addresses the other nodes connect to: the first wanted one that is there. A
 * wish is an interface's name such as {@code hsn0}, or a network such as {@code 10.249.0.0/16}.
 */
final class AddressChoice {
  /** An address of this node. */
  record Candidate(String networkInterface, InetAddress address) {}

  private AddressChoice() {}

  /** The IPv4 addresses of the interfaces that are up. */
  static List<Candidate> here() throws IOException {
    List<Candidate> all = new ArrayList<>();
    for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
      if (one.isUp()) {
        one.inetAddresses()
            .filter(Inet4Address.class::isInstance)
            .forEach(address -> all.add(new Candidate(one.getName(), address)));
      }
    }
    return all;
  }

  /**
   * @param wishes in the order of preference
   * @throws IOException if none of them is there; says what is
   */
  static InetAddress choose(List<String> wishes, List<Candidate> candidates) throws IOException {
    for (String wish : wishes) {
      for (Candidate candidate : candidates) {
        if (fits(wish, candidate)) {
          return candidate.address();
        }
      }
    }
    throw new IOException(
        "none of the interfaces %s is on this node, which has %s; correct 'interfaces' in the machine's profile"
            .formatted(
                String.join(", ", wishes),
                candidates.stream()
                    .map(c -> c.networkInterface() + " " + c.address().getHostAddress())
                    .collect(Collectors.joining(", "))));
  }

  private static boolean fits(String wish, Candidate candidate) throws UnknownHostException {
    int slash = wish.indexOf('/');
    if (slash < 0) {
      return wish.equals(candidate.networkInterface());
    }
    byte[] network = InetAddress.getByName(wish.substring(0, slash)).getAddress();
    byte[] address = candidate.address().getAddress();
    int shift = network.length * Byte.SIZE - Integer.parseInt(wish.substring(slash + 1));
    return network.length == address.length
        && new BigInteger(1, network)
            .shiftRight(shift)
            .equals(new BigInteger(1, address).shiftRight(shift));
  }
}
