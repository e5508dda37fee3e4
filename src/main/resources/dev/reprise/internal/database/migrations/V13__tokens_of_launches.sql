-- By this a launch finds what it has recorded itself, where the answer of the database was lost: no other launch has the
-- same number.
alter table BATCH_JOB_EXECUTION add column REPRISE_TOKEN bigint;
