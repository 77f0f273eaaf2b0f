/**
 * The scans that there were: what became of each, its pictures, and its data to take away.
 *
 * <ul>
 *   <li>{@link io.millrace.gateway.scans.Catalogue}: all scans, in the database
 *   <li>{@link io.millrace.gateway.scans.ScanNews}: hears of them from ZooKeeper, and finds files
 *   <li>{@link io.millrace.gateway.scans.FileFacts}: size, checksum and thumbnail of a file
 *   <li>{@link io.millrace.gateway.scans.ResultFolders}: which files may be given away
 *   <li>{@link io.millrace.gateway.scans.ScanFiles}: a scan's file as the page shows it
 *   <li>{@link io.millrace.gateway.scans.ScanRoutes}: what the API answers
 * </ul>
 */
package io.millrace.gateway.scans;
