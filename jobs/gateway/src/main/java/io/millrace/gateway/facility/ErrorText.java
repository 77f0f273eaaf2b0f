package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service says is wrong, in a line for people. It may come as JSON in one of several forms,
 * as text, or as a page of the gate before it.
 */
final class ErrorText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 300;

  private ErrorText() {}

  /** The status and its words. */
  static String of(HttpCalls.Answer answer) {
    String words = of(answer.body());
    return words.isEmpty()
        ? "status %d".formatted(answer.status())
        : "status %d, %s".formatted(answer.status(), words);
  }

  /** Exceptions of the network often have no message. */
  static String of(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The words alone; empty if there are none. */
  static String of(String body) {
    try {
      JsonNode json = JSON.readTree(body);
      if (json != null && json.isObject()) {
        return line(object(json));
      }
    } catch (JsonProcessingException e) {
      // Then it is text.
    }
    return line(
        body.replaceAll("(?is)<(script|style|head)\\b.*?</\\1>", " ").replaceAll("<[^>]*>", " "));
  }

  private static String object(JsonNode json) {
    List<String> words = new ArrayList<>();
    for (String field : List.of("error", "error_description", "detail", "message")) {
      JsonNode said = json.path(field);
      if (said.isArray()) {
        said.forEach(each -> words.add(validation(each)));
      } else if (said.isTextual()) {
        words.add(said.textValue());
      } else if (said.isObject()) {
        words.add(object(said));
      }
    }
    return String.join(": ", words);
  }

  /** One of those that FastAPI makes: where in the request, and what about it. */
  private static String validation(JsonNode each) {
    if (!each.isObject()) {
      return each.asText();
    }
    List<String> where = new ArrayList<>();
    each.path("loc").forEach(part -> where.add(part.asText()));
    return "%s %s".formatted(String.join(".", where), each.path("msg").asText());
  }

  private static String line(String words) {
    return line(words, LONGEST);
  }

  /** Words in one line of a bounded length, whatever breaks were in them. */
  static String line(String words, int longest) {
    String line = words.strip().replaceAll("\\s+", " ");
    return line.length() <= longest ? line : line.substring(0, longest) + "...";
  }
}
