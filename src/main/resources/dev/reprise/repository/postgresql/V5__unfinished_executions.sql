-- What did not complete is rare, and what operators look for: a small index that a job which completes never touches.
create index if not exists REPRISE_EXECUTIONS_UNFINISHED on BATCH_JOB_EXECUTION (JOB_EXECUTION_ID)
    where STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN');
create index if not exists REPRISE_EXECUTIONS_UNFINISHED_OF_JOB on BATCH_JOB_EXECUTION (REPRISE_JOB_NAME, JOB_EXECUTION_ID)
    where STATUS in ('FAILED', 'STOPPED', 'ABANDONED', 'UNKNOWN');
