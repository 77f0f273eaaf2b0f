package io.millrace.hdf5;

import java.io.Serializable;

/**
 * Who made a file, and from which orders.
 *
 * @param software name of the software
 * @param version its version
 * @param session the session that the scan belongs to
 * @param parametersJson the job's parameters, as a JSON object
 */
public record Provenance(String software, String version, String session, String parametersJson)
    implements Serializable {}
