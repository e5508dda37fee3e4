-- What did not complete is rare, and what operators look for.
create index if not exists REPRISE_EXECUTIONS_BY_STATUS on BATCH_JOB_EXECUTION (STATUS, JOB_EXECUTION_ID);
