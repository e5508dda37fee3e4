-- What one node asks of another one, of its own application or of another's: to stop or restart an execution, or for its
-- log. A row lives for seconds: whoever asked deletes it with the answer, and any node what has expired. A node takes it
-- once; what was not taken in time is withdrawn.
create table if not exists REPRISE_REQUEST (
    REQUEST_ID bigint generated always as identity primary key,
    TO_APPLICATION varchar(100) not null,
    TO_NODE varchar(250),
    KIND varchar(20) not null,
    JOB_EXECUTION_ID bigint not null,
    DETAILS text not null,
    CALLER varchar(250) not null,
    ADDRESS varchar(250),
    ROLES varchar(250) not null,
    FROM_APPLICATION varchar(100) not null,
    EXPIRES_AT timestamp with time zone not null,
    TAKEN_BY varchar(250),
    INCARNATION bigint,
    CODE varchar(40),
    ANSWER text
);
create index if not exists REPRISE_REQUESTS_OF_APPLICATION on REPRISE_REQUEST (TO_APPLICATION, REQUEST_ID);
create index if not exists REPRISE_REQUESTS_BY_EXPIRY on REPRISE_REQUEST (EXPIRES_AT);

-- Of a node: its incarnation that does what others ask; 0: it wants neither to be asked nor to be seen by others' consoles.
alter table REPRISE_NODE add column if not exists TAKES_REQUESTS bigint;
