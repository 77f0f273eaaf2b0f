package io.millrace.gateway.live;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.millrace.gateway.server.Json;
import io.millrace.operators.images.VirtualDetector;
import java.util.List;

/** What a browser may ask for: a text, JSON, told apart by its {@code kind}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ViewerRequest.Images.class, name = "images"),
  @JsonSubTypes.Type(value = ViewerRequest.Rings.class, name = "rings"),
  @JsonSubTypes.Type(value = ViewerRequest.Position.class, name = "position"),
  @JsonSubTypes.Type(value = ViewerRequest.Show.class, name = "show")
})
sealed interface ViewerRequest {
  /** Longer texts are no requests. */
  int LONGEST = 16 << 10;

  /** More images than a scan has. */
  int MOST_IMAGES = 64;

  /**
   * Which images it wants.
   *
   * @param names of the scan's rings, or {@code total_counts}, {@code com_x}, ...
   */
  record Images(List<String> names) implements ViewerRequest {
    public Images {
      if (names == null || names.size() > MOST_IMAGES || names.contains(null)) {
        throw new IllegalArgumentException(
            "give the names of the images, at most %d".formatted(MOST_IMAGES));
      }
    }
  }

  /**
   * Rings of its own.
   *
   * @param rings none: only the scan's own again
   */
  record Rings(List<VirtualDetector> rings) implements ViewerRequest {
    public Rings {
      if (rings == null || rings.contains(null)) {
        throw new IllegalArgumentException("give the rings, as [{name,inner,outer,x,y}]");
      }
    }
  }

  /** What was counted at a position. */
  record Position(int x, int y) implements ViewerRequest {}

  /**
   * Which scan it wants.
   *
   * @param scan id; null: the newest, always
   */
  record Show(String scan) implements ViewerRequest {}

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException if it is none; says why
   */
  static ViewerRequest read(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a request has at most %d characters, not %d".formatted(LONGEST, text.length()));
    }
    try {
      ViewerRequest request = Json.mapper().readValue(text, ViewerRequest.class);
      if (request == null) {
        throw new IllegalArgumentException("null is no request");
      }
      return request;
    } catch (JsonProcessingException e) {
      Throwable cause = e.getCause() instanceof IllegalArgumentException i ? i : null;
      throw new IllegalArgumentException(
          cause != null
              ? cause.getMessage()
              : "not a request: send JSON of kind images, rings, position or show (%s)"
                  .formatted(e.getOriginalMessage()),
          e);
    }
  }
}
