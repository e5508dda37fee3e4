-- A number drawn without a cache is a change of H2's catalogue, written and synchronized: three in each launch. A killed -- H2
-- server leaves out the numbers that it had not given yet. -- H2
alter sequence BATCH_STEP_EXECUTION_SEQ cache 32; -- H2
alter sequence BATCH_JOB_EXECUTION_SEQ cache 32; -- H2
alter sequence BATCH_JOB_INSTANCE_SEQ cache 32; -- H2
