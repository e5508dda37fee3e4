-- What did not complete is rare, and what operators look for. -- H2
create index if not exists REPRISE_EXECUTIONS_BY_STATUS on BATCH_JOB_EXECUTION (STATUS, JOB_EXECUTION_ID); -- H2
-- What did not complete is rare, and what operators look for: small indexes that a job which completes never touches. -- PostgreSQL
create index if not exists REPRISE_EXECUTIONS_UNFINISHED on BATCH_JOB_EXECUTION (STATUS, JOB_EXECUTION_ID) -- PostgreSQL
    where STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN'); -- PostgreSQL
create index if not exists REPRISE_EXECUTIONS_UNFINISHED_OF_JOB -- PostgreSQL
    on BATCH_JOB_EXECUTION (REPRISE_JOB_NAME, STATUS, JOB_EXECUTION_ID) -- PostgreSQL
    where STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN'); -- PostgreSQL
