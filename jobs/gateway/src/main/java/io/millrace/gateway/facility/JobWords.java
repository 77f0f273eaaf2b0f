package io.millrace.gateway.facility;

import java.util.regex.Pattern;

/** What of a job goes into commands, addresses and files: only what cannot mean anything else. */
final class JobWords {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final Pattern ID = Pattern.compile("[0-9]{1,10}");

  private JobWords() {}

  /**
   * @throws IllegalArgumentException if no job can have that name
   */
  static String name(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a job is named with letters, digits, dots, dashes and underscores, not '%s'"
              .formatted(name));
    }
    return name;
  }

  /**
   * @throws IllegalArgumentException if it is not the number of a job
   */
  static String id(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("a job's id is a number, not '%s'".formatted(id));
    }
    return id;
  }

  /**
   * @throws IllegalArgumentException if it is not a script
   */
  static String script(String script) {
    if (!script.startsWith("#!")) {
      throw new IllegalArgumentException("a batch script begins with #!");
    }
    return script;
  }
}
