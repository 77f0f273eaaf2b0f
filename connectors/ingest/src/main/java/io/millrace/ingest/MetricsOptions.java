package io.millrace.ingest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where a process shows its counters. */
final class MetricsOptions {
  @Option(
      names = "--metrics-listen",
      paramLabel = "HOST:PORT",
      converter = Address.class,
      description =
          "show the counters to a Prometheus server at http://HOST:PORT/metrics, such as"
              + " 127.0.0.1:9401, or 0.0.0.0:9401 for all networks; whoever reaches the port can"
              + " read them (default: they are shown to nobody)")
  private InetSocketAddress address;

  /** Reads {@code HOST:PORT}. */
  static final class Address implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String text) {
      int colon = text.lastIndexOf(':');
      if (colon > 0 && text.substring(colon + 1).matches("[0-9]{1,5}")) {
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port <= 0xffff) {
          InetSocketAddress address = new InetSocketAddress(text.substring(0, colon), port);
          if (!address.isUnresolved()) {
            return address;
          }
        }
      }
      throw new TypeConversionException(
          "'%s' is not HOST:PORT with a host that is known and a port of 0 to 65535"
              .formatted(text));
    }
  }

  /**
   * Does something while the counters are shown, if they are to be.
   *
   * @param process what their names begin with
   * @throws IOException as the work does, or if nothing can listen there
   */
  void during(String process, Supplier<Map<String, Long>> counters, Work work) throws IOException {
    if (address == null) {
      work.run();
      return;
    }
    MetricsPage page = new MetricsPage(address, process, counters);
    try {
      work.run();
    } finally {
      page.close();
    }
  }

  /** What is done meanwhile. */
  interface Work {
    void run() throws IOException;
  }
}
