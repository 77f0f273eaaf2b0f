package io.millrace.gateway.scans;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.gateway.server.ApiException;
import java.util.List;

/**
 * What somebody writes about a scan; what is null stays as it is.
 *
 * @param notes any text, at most 20,000 characters
 * @param tags at most 50, each of 1 to 60 characters
 * @param metadata values by name, at most 64,000 characters as JSON
 */
record ScanNotes(String notes, List<String> tags, ObjectNode metadata) {
  private static final int LONGEST_NOTES = 20_000;
  private static final int MOST_TAGS = 50;
  private static final int LONGEST_TAG = 60;
  private static final int LONGEST_METADATA = 64_000;

  /**
   * The same with tags without spaces around.
   *
   * @throws ApiException if something is too long
   */
  ScanNotes checked() {
    if (notes != null && notes.length() > LONGEST_NOTES) {
      throw tooLong("notes have at most %,d characters".formatted(LONGEST_NOTES));
    }
    if (metadata != null && metadata.toString().length() > LONGEST_METADATA) {
      throw tooLong("metadata have at most %,d characters".formatted(LONGEST_METADATA));
    }
    if (tags == null) {
      return this;
    }
    List<String> stripped = tags.stream().map(t -> t == null ? "" : t.strip()).toList();
    if (tags.size() > MOST_TAGS
        || stripped.stream().anyMatch(t -> t.isEmpty() || t.length() > LONGEST_TAG)) {
      throw tooLong(
          "at most %d tags, each of 1 to %d characters".formatted(MOST_TAGS, LONGEST_TAG));
    }
    return new ScanNotes(notes, stripped, metadata);
  }

  private static ApiException tooLong(String message) {
    return new ApiException(400, "bad-value", message);
  }
}
