-- What a failed execution tells of the attempts at its instance: which one it is, since which one they fail in the same
-- way, and how many items they have committed together. Null for what did not fail, or whose node died.
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_ATTEMPT integer;
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_SAME_SINCE integer;
alter table BATCH_JOB_EXECUTION add column if not exists REPRISE_COMMITTED bigint;
