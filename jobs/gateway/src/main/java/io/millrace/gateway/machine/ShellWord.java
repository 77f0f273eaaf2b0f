package io.millrace.gateway.machine;

/** A word for a shell, in which nothing means anything to it. */
final class ShellWord {
  private ShellWord() {}

  /**
   * Quotes a text: between single quotes a shell takes every character as it is, but for the quote
   * itself (POSIX, 2.2.2).
   *
   * @throws IllegalArgumentException if it has a character that is no part of a line of text
   */
  static String quote(String text) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "'%s' has a line break or another control character"
              .formatted(text.replaceAll("\\p{Cntrl}", "?")));
    }
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
