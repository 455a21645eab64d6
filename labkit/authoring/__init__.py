"""From plain text to what readers see: twins, execution, exercises, ledger, and their checks."""
