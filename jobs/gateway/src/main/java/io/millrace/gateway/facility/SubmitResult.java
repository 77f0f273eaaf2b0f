package io.millrace.gateway.facility;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What became of a submit.
 *
 * @param jobId of the job; empty if there is none
 * @param error why there is none, in the facility's words; empty if it says nothing
 */
record SubmitResult(Optional<String> jobId, String error) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SUBMITTED = Pattern.compile("Submitted batch job (\\d+)");

  /** Where Slurm itself did not answer sbatch, which may have been heard. */
  private static final Pattern ANOTHER_TIME =
      Pattern.compile(
          "(?i)timed out|unable to contact slurm|connection (refused|reset)|temporarily|try again|communication");

  /**
   * Reads a task's result: {@code {"status":"ok","jobid":"12","error":null}} or {@code
   * {"status":"error","error":"sbatch: error: ..."}} in a string, or what sbatch prints.
   *
   * @param result null if the task has none
   */
  static SubmitResult read(String result) {
    String text = result == null ? "" : result.strip();
    Matcher submitted = SUBMITTED.matcher(text);
    if (submitted.find()) {
      return new SubmitResult(Optional.of(submitted.group(1)), "");
    }
    if (text.matches("\\d+")) {
      return new SubmitResult(Optional.of(text), "");
    }
    try {
      JsonNode json = JSON.readTree(text);
      if (json.isObject()) {
        String id = json.path("jobid").asText();
        boolean there =
            id.matches("\\d+") && !"error".equalsIgnoreCase(json.path("status").asText());
        return new SubmitResult(there ? Optional.of(id) : Optional.empty(), ErrorText.of(text));
      }
    } catch (JsonProcessingException e) {
      // Then it is what sbatch printed.
    }
    return new SubmitResult(Optional.empty(), ErrorText.of(text));
  }

  /** Whether the facility has looked at the job and will not take it. */
  boolean refused() {
    return jobId.isEmpty() && !error.isEmpty() && !ANOTHER_TIME.matcher(error).find();
  }
}
