//! Who handles a stage, by the subject of the case and the procedure.
