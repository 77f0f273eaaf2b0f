package io.millrace.emulator;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A form that a file is uploaded with (multipart/form-data). */
final class Multipart {
  private static final Pattern BOUNDARY =
      Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]+)\"?.*", Pattern.CASE_INSENSITIVE);

  private Multipart() {}

  /**
   * The content of its part {@code file}.
   *
   * @param type the request's content type; null for none
   * @throws Refusal if there is no such part
   */
  static byte[] file(String type, byte[] body) throws Refusal {
    Matcher boundary = BOUNDARY.matcher(type == null ? "" : type);
    if (!boundary.matches()) {
      throw Refusal.of(422, "a form with a file is multipart/form-data");
    }
    // Each byte one character, so that places in the text are places in the body.
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String mark = "--" + boundary.group(1);
    int at = text.indexOf(mark);
    while (at >= 0) {
      int content = text.indexOf("\r\n\r\n", at);
      int end = text.indexOf("\r\n" + mark, at);
      if (content < 0 || end < content) {
        break;
      }
      if (text.substring(at, content).contains("name=\"file\"")) {
        return Arrays.copyOfRange(body, content + "\r\n\r\n".length(), end);
      }
      at = end + "\r\n".length();
    }
    throw Refusal.of(422, "there is no part named file");
  }
}
