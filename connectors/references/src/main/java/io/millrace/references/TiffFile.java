package io.millrace.references;

import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_BLACK_IS_ZERO;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.SAMPLE_FORMAT_FLOATING_POINT;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.SAMPLE_FORMAT_SIGNED_INTEGER;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.SAMPLE_FORMAT_UNSIGNED_INTEGER;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_BITS_PER_SAMPLE;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_SAMPLE_FORMAT;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_STRIP_OFFSETS;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS;
import static javax.imageio.plugins.tiff.BaselineTIFFTagSet.TAG_TILE_OFFSETS;

import io.millrace.detector.DetectorDescription;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.FileImageInputStream;

/**
 * Reads a TIFF of one page and one channel, of integers of up to 32 bits or floating-point numbers,
 * by the reader that Java brings. That reader makes pictures, and is generous: so what it would
 * take for something else, or fill up, is checked first.
 */
final class TiffFile {
  private TiffFile() {}

  /**
   * The values, row-major.
   *
   * @throws IOException if the file is damaged
   * @throws IllegalArgumentException if it has several pages, another shape or channels
   */
  static double[] read(Path file, DetectorDescription detector) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("tiff").next();
    try (FileImageInputStream in = new FileImageInputStream(file.toFile())) {
      reader.setInput(in);
      int pages = reader.getNumImages(true);
      if (pages != 1) {
        throw new IllegalArgumentException(
            "%s has %d pages; save the one that is meant (or their mean) as a file of its own"
                .formatted(file, pages));
      }
      ReferenceMap.checkShape(file, detector, reader.getHeight(0), reader.getWidth(0));
      TIFFDirectory directory = TIFFDirectory.createFromMetadata(reader.getImageMetadata(0));
      boolean signed = checkType(file, directory) == SAMPLE_FORMAT_SIGNED_INTEGER;
      checkWhole(directory, in.length());
      Raster raster = reader.read(0).getRaster();
      double[] values =
          raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (double[]) null);
      // Java's rasters know no unsigned 32-bit and no signed 8-bit values.
      for (int j = 0; j < values.length; j++) {
        if (raster.getTransferType() == DataBuffer.TYPE_INT && !signed) {
          values[j] = Integer.toUnsignedLong((int) values[j]);
        } else if (raster.getTransferType() == DataBuffer.TYPE_BYTE && signed) {
          values[j] = (byte) values[j];
        }
      }
      return values;
    } catch (NullPointerException | IndexOutOfBoundsException e) {
      // So Java's reader stumbles over a directory that is not what it should be.
      throw new IOException("its directory is damaged", e);
    } finally {
      reader.dispose();
    }
  }

  /**
   * Refuses what the reader would not give as it stands in the file: colours, palettes, white as
   * zero, numbers of other sizes.
   *
   * @return the kind of numbers, a value of the field SampleFormat
   */
  private static int checkType(Path file, TIFFDirectory directory) throws IOException {
    int bits = field(directory, TAG_BITS_PER_SAMPLE, null);
    int format = field(directory, TAG_SAMPLE_FORMAT, SAMPLE_FORMAT_UNSIGNED_INTEGER);
    boolean known =
        switch (format) {
          case SAMPLE_FORMAT_UNSIGNED_INTEGER, SAMPLE_FORMAT_SIGNED_INTEGER ->
              bits == 8 || bits == 16 || bits == 32;
          case SAMPLE_FORMAT_FLOATING_POINT -> bits == 32 || bits == 64;
          default -> false;
        };
    if (!known
        || field(directory, TAG_SAMPLES_PER_PIXEL, 1) != 1
        || field(directory, TAG_PHOTOMETRIC_INTERPRETATION, null)
            != PHOTOMETRIC_INTERPRETATION_BLACK_IS_ZERO) {
      throw new IllegalArgumentException(
          ("%s is not one grey channel of integers of 8, 16 or 32 bits or floating-point numbers of"
                  + " 32 or 64, with black as zero; save it as that")
              .formatted(file));
    }
    return format;
  }

  /** The reader leaves zeros where compressed values end too soon. */
  private static void checkWhole(TIFFDirectory directory, long bytes) throws IOException {
    boolean tiled = directory.containsTIFFField(TAG_TILE_OFFSETS);
    TIFFField offsets = directory.getTIFFField(tiled ? TAG_TILE_OFFSETS : TAG_STRIP_OFFSETS);
    TIFFField lengths =
        directory.getTIFFField(tiled ? TAG_TILE_BYTE_COUNTS : TAG_STRIP_BYTE_COUNTS);
    for (int i = 0; i < offsets.getCount(); i++) {
      long end = offsets.getAsLong(i) + lengths.getAsLong(i);
      if (end > bytes) {
        throw new EOFException("it has %,d bytes, not %,d".formatted(bytes, end));
      }
    }
  }

  /**
   * @param otherwise the value of a field that is not there; null if it has to be
   */
  private static int field(TIFFDirectory directory, int tag, Integer otherwise) throws IOException {
    TIFFField field = directory.getTIFFField(tag);
    if (field == null && otherwise == null) {
      throw new IOException(
          "it does not say its %s"
              .formatted(BaselineTIFFTagSet.getInstance().getTag(tag).getName()));
    }
    return field == null ? otherwise : field.getAsInt(0);
  }
}
