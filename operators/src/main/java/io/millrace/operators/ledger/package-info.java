/**
 * The ledger: a scan ends when every frame is accounted for.
 *
 * <ul>
 *   <li>{@link io.millrace.operators.ledger.ScanAccount}: frames, sectors and messages of one scan
 *   <li>{@link io.millrace.operators.ledger.LedgerFunction}: decides when a scan has ended, and
 *       passes frames on
 * </ul>
 */
package io.millrace.operators.ledger;
