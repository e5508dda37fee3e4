-- Every table starts with the month: months never meet, and no step looks at another month's rows.

create table FLIGHT (
    FLIGHT_MONTH    varchar(7)   not null,
    FLIGHT_ID       bigint       not null,
    DEPARTURE       timestamp(0) not null,
    DELAY_MINUTES   integer      not null,
    DISTANCE_MILES  integer      not null,
    ORIGIN          varchar(8)   not null,
    DESTINATION     varchar(8)   not null,
    constraint FLIGHT_PK primary key (FLIGHT_MONTH, FLIGHT_ID)
);

-- All that the summaries read, so that they never touch the table. FLIGHT_ID comes before what the summaries group by: so
-- a load appends behind each airport's last entry instead of writing all over the index.
create index FLIGHT_BY_ORIGIN on FLIGHT (FLIGHT_MONTH, ORIGIN, FLIGHT_ID, DESTINATION, DELAY_MINUTES);

create table REJECTED_FLIGHT (
    FLIGHT_MONTH    varchar(7)    not null,
    LINE_NUMBER     bigint        not null,
    REASON          varchar(40)   not null,
    ROW_TEXT        varchar(1000) not null,
    constraint REJECTED_FLIGHT_PK primary key (FLIGHT_MONTH, LINE_NUMBER)
);

-- The partitions of step summarise: from this code up to the next one.
create table SUMMARY_RANGE (
    FLIGHT_MONTH    varchar(7)   not null,
    RANGE_NUMBER    integer      not null,
    FROM_ORIGIN     varchar(8)   not null,
    constraint SUMMARY_RANGE_PK primary key (FLIGHT_MONTH, RANGE_NUMBER)
);

-- Delays in minutes. The 90th percentile is the smallest delay that at least 90 % of the flights did not exceed.
create table ROUTE_SUMMARY (
    FLIGHT_MONTH    varchar(7)   not null,
    ORIGIN          varchar(8)   not null,
    DESTINATION     varchar(8)   not null,
    FLIGHTS         bigint       not null,
    ON_TIME_FLIGHTS bigint       not null,
    TOTAL_DELAY     bigint       not null,
    P90_DELAY       integer      not null,
    MEAN_DELAY      decimal(9,3) generated always as (cast(TOTAL_DELAY as decimal(20,6)) / FLIGHTS),
    ON_TIME_PERCENT decimal(6,3) generated always as (cast(100 * ON_TIME_FLIGHTS as decimal(20,6)) / FLIGHTS),
    constraint ROUTE_SUMMARY_PK primary key (FLIGHT_MONTH, ORIGIN, DESTINATION)
);

-- The flights that left the airport.
create table AIRPORT_SUMMARY (
    FLIGHT_MONTH    varchar(7)   not null,
    ORIGIN          varchar(8)   not null,
    FLIGHTS         bigint       not null,
    ON_TIME_FLIGHTS bigint       not null,
    TOTAL_DELAY     bigint       not null,
    P90_DELAY       integer      not null,
    MEAN_DELAY      decimal(9,3) generated always as (cast(TOTAL_DELAY as decimal(20,6)) / FLIGHTS),
    ON_TIME_PERCENT decimal(6,3) generated always as (cast(100 * ON_TIME_FLIGHTS as decimal(20,6)) / FLIGHTS),
    constraint AIRPORT_SUMMARY_PK primary key (FLIGHT_MONTH, ORIGIN)
);

-- The least punctual airports of a month that was worse than it may be; RANKING 1 is the worst.
create table FLIGHT_ALERT (
    FLIGHT_MONTH    varchar(7)   not null,
    RANKING         integer      not null,
    AIRPORT         varchar(8)   not null,
    FLIGHTS         bigint       not null,
    ON_TIME_FLIGHTS bigint       not null,
    TOTAL_DELAY     bigint       not null,
    P90_DELAY       integer      not null,
    MEAN_DELAY      decimal(9,3) generated always as (cast(TOTAL_DELAY as decimal(20,6)) / FLIGHTS),
    ON_TIME_PERCENT decimal(6,3) generated always as (cast(100 * ON_TIME_FLIGHTS as decimal(20,6)) / FLIGHTS),
    constraint FLIGHT_ALERT_PK primary key (FLIGHT_MONTH, RANKING)
);
