package io.millrace.references;

import io.millrace.detector.DetectorDescription;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.FileImageInputStream;

/**
 * Reads a TIFF of one page and one channel, of integers of up to 32 bits or floating-point numbers,
 * by the reader that Java brings.
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
      IIOMetadata metadata = reader.getImageMetadata(0);
      // The reader takes what is missing for one bit a pixel, and white for zero.
      field(metadata, BaselineTIFFTagSet.TAG_BITS_PER_SAMPLE, null);
      // Others have a palette, or values that the reader turns round.
      if (field(metadata, BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION, null)
              != BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_BLACK_IS_ZERO
          || field(metadata, BaselineTIFFTagSet.TAG_SAMPLES_PER_PIXEL, 1) != 1) {
        throw new IllegalArgumentException(
            "%s is a picture in colours or with white as zero; save the numbers as one grey channel"
                .formatted(file));
      }
      checkWhole(metadata, in.length());
      Raster raster = reader.read(0).getRaster();
      double[] values =
          raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (double[]) null);
      boolean signed =
          field(
                  metadata,
                  BaselineTIFFTagSet.TAG_SAMPLE_FORMAT,
                  BaselineTIFFTagSet.SAMPLE_FORMAT_UNSIGNED_INTEGER)
              == BaselineTIFFTagSet.SAMPLE_FORMAT_SIGNED_INTEGER;
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

  /** The reader leaves zeros where compressed values end too soon. */
  private static void checkWhole(IIOMetadata metadata, long bytes) throws IOException {
    TIFFDirectory directory = TIFFDirectory.createFromMetadata(metadata);
    boolean tiled = directory.containsTIFFField(BaselineTIFFTagSet.TAG_TILE_OFFSETS);
    TIFFField offsets =
        directory.getTIFFField(
            tiled ? BaselineTIFFTagSet.TAG_TILE_OFFSETS : BaselineTIFFTagSet.TAG_STRIP_OFFSETS);
    TIFFField lengths =
        directory.getTIFFField(
            tiled
                ? BaselineTIFFTagSet.TAG_TILE_BYTE_COUNTS
                : BaselineTIFFTagSet.TAG_STRIP_BYTE_COUNTS);
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
  private static int field(IIOMetadata metadata, int tag, Integer otherwise) throws IOException {
    TIFFField field = TIFFDirectory.createFromMetadata(metadata).getTIFFField(tag);
    if (field == null && otherwise == null) {
      throw new IOException(
          "it does not say its %s"
              .formatted(BaselineTIFFTagSet.getInstance().getTag(tag).getName()));
    }
    return field == null ? otherwise : field.getAsInt(0);
  }
}
