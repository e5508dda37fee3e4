-- How a job went on after each of its steps, decisions and flows.
create table REPRISE_TRANSITION (
    TRANSITION_ID bigint generated always as identity primary key,
    JOB_EXECUTION_ID bigint not null,
    -- the step, decision or flow that ended, and with what
    ELEMENT varchar(100) not null,
    EXIT_STATUS varchar(2500),
    -- NEXT_ATTRIBUTE, NEXT, END, FAIL or STOP; the pattern that matched; where to
    KIND varchar(20) not null,
    PATTERN varchar(2500) not null,
    TARGET varchar(100),
    TAKEN_AT timestamp with time zone not null,
    constraint REPRISE_TRANSITION_FK foreign key (JOB_EXECUTION_ID) references BATCH_JOB_EXECUTION (JOB_EXECUTION_ID)
);
create index REPRISE_TRANSITIONS_OF_EXECUTION on REPRISE_TRANSITION (JOB_EXECUTION_ID, TRANSITION_ID);

-- On the row of a partitioned step that began its plan, first or anew: how many partitions that has, 0 until it is known.
alter table BATCH_STEP_EXECUTION add column REPRISE_PARTITIONS integer;
