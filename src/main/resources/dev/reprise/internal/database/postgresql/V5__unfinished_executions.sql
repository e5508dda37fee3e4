-- What did not complete is rare, and what operators look for: small indexes that a job which completes never touches.
create index if not exists REPRISE_EXECUTIONS_UNFINISHED on BATCH_JOB_EXECUTION (STATUS, JOB_EXECUTION_ID)
    where STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN');
create index if not exists REPRISE_EXECUTIONS_UNFINISHED_OF_JOB
    on BATCH_JOB_EXECUTION (REPRISE_JOB_NAME, STATUS, JOB_EXECUTION_ID)
    where STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN');
