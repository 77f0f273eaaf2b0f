package io.millrace.gateway.server;

import io.javalin.http.Context;
import java.util.Locale;

/**
 * How a request came here: by itself, or through a proxy that says so.
 *
 * @param address of who sent it
 * @param secure whether it came by HTTPS, at least to the proxy
 * @param origin of pages of ours, as the sender sees it: {@code https://host:port}
 */
public record Arrival(String address, boolean secure, String origin) {
  /**
   * Looks at a request.
   *
   * @param behindProxy whether what a proxy adds is believed. Of several values the last one
   *     counts: that is our proxy's, those before it may be anybody's
   */
  public static Arrival of(Context request, boolean behindProxy) {
    String address = request.ip();
    String scheme = request.scheme();
    String host = request.header("Host");
    if (behindProxy) {
      address = last(request.header("X-Forwarded-For"), address);
      scheme = last(request.header("X-Forwarded-Proto"), scheme);
      host = last(request.header("X-Forwarded-Host"), host);
    }
    scheme = scheme.toLowerCase(Locale.ROOT);
    // An upgrade to a web socket may call itself wss.
    boolean secure = scheme.equals("https") || scheme.equals("wss");
    return new Arrival(
        address,
        secure,
        (secure ? "https://" : "http://") + String.valueOf(host).toLowerCase(Locale.ROOT));
  }

  private static String last(String values, String otherwise) {
    if (values == null || values.isBlank()) {
      return otherwise;
    }
    return values.substring(values.lastIndexOf(',') + 1).strip();
  }

  /** Whether it came from this machine. */
  public boolean isLocal() {
    return address.startsWith("127.")
        || address.equals("::1")
        || address.equals("0:0:0:0:0:0:0:1")
        || address.equals("[::1]")
        || address.equals("[0:0:0:0:0:0:0:1]");
  }
}
