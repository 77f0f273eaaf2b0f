package io.millrace.gateway.scans;

import io.javalin.http.Context;
import io.millrace.detector.ScanImage;
import io.millrace.gateway.server.ApiException;
import io.millrace.operators.images.ColourMap;
import io.millrace.operators.images.Picture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/** An image in one of the formats that it can be taken away in. */
enum ImageFile {
  /** A picture, with a colour map and contrast as asked for; without the flyback column. */
  PNG("image/png") {
    @Override
    byte[] of(ScanImage image, Context request) {
      String map = request.queryParam("map");
      Double low = number(request, "low");
      Double high = number(request, "high");
      String log = request.queryParam("log");
      if (map == null && low == null && high == null && log == null) {
        return Picture.png(image);
      }
      try {
        ColourMap colours =
            map == null ? ColourMap.GREY : ColourMap.valueOf(map.toUpperCase(Locale.ROOT));
        return Picture.png(
            Picture.draw(image, colours, low, high, "true".equals(log) || "1".equals(log)));
      } catch (IllegalArgumentException e) {
        throw new ApiException(
            400,
            "bad-value",
            "image %s cannot be drawn so: map is one of %s, and a curve has none"
                .formatted(
                    image.name(), Arrays.toString(ColourMap.values()).toLowerCase(Locale.ROOT)));
      }
    }
  },

  /** All values, 32-bit floats, flyback column included. */
  TIFF("image/tiff") {
    @Override
    byte[] of(ScanImage image, Context request) {
      return FloatTiff.of(image);
    }
  },

  /** The same as bare numbers, row by row, little endian. */
  F32("application/octet-stream") {
    @Override
    byte[] of(ScanImage image, Context request) {
      float[] values = new float[image.values().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) image.values()[i];
      }
      return bytes(values);
    }
  };

  private final String contentType;

  ImageFile(String contentType) {
    this.contentType = contentType;
  }

  /** Of HTTP. */
  String contentType() {
    return contentType;
  }

  /**
   * Its bytes.
   *
   * @param request whose query says how it should look
   */
  abstract byte[] of(ScanImage image, Context request);

  /**
   * The format of a name's ending.
   *
   * @throws ApiException if there is none
   */
  static ImageFile named(String ending) {
    return Arrays.stream(values())
        .filter(f -> f.name().toLowerCase(Locale.ROOT).equals(ending))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiException(
                    404, "unknown-format", "images end in .png, .tiff or .f32, not ." + ending));
  }

  /** Numbers of 32 bits, little endian. */
  static byte[] bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static Double number(Context request, String name) {
    String text = request.queryParam(name);
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new ApiException(400, "bad-value", "%s is a number".formatted(name));
  }
}
