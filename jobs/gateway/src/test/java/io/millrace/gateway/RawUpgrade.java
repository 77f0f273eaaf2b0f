package io.millrace.gateway;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Asks for a web socket as a browser or a program does, with headers that neither lets one choose.
 */
final class RawUpgrade {
  private RawUpgrade() {}

  /** The status line of the answer. */
  static String of(URI at, String path, String... headers) throws IOException {
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      socket.setSoTimeout(30_000);
      StringBuilder request =
          new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: " + at.getAuthority() + "\r\n")
              .append("Connection: Upgrade\r\nUpgrade: websocket\r\n")
              .append(
                  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.US_ASCII));
      StringBuilder line = new StringBuilder();
      for (int c = socket.getInputStream().read();
          c >= 0 && c != '\r';
          c = socket.getInputStream().read()) {
        line.append((char) c);
      }
      return line.toString();
    }
  }
}
