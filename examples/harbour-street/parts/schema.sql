-- What Harbour Street Dental keeps about its bookings. The owner is the superuser; the
-- application's role may do only what its work needs.

CREATE TABLE dentists (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL UNIQUE,
    name text NOT NULL
);

CREATE TABLE treatments (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    minutes smallint NOT NULL CHECK (minutes > 0),
    price numeric(8, 2) NOT NULL
);

CREATE TABLE patients (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    born date NOT NULL,
    telephones text[] NOT NULL DEFAULT '{}',
    allergies text[],
    history jsonb NOT NULL DEFAULT '{}',
    signature bytea,
    joined timestamptz NOT NULL
);

CREATE SEQUENCE invoice_numbers START 70001;

CREATE TABLE bookings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient integer NOT NULL REFERENCES patients,
    dentist smallint NOT NULL REFERENCES dentists,
    treatment smallint NOT NULL REFERENCES treatments,
    starts_at timestamptz NOT NULL,
    price numeric(8, 2) NOT NULL,
    invoice bigint NOT NULL DEFAULT nextval('invoice_numbers'),
    note text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE documents (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path text NOT NULL UNIQUE,
    sha256 char(64) NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    patient integer NOT NULL REFERENCES patients
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    booking bigint NOT NULL,
    before jsonb,
    after jsonb
);

CREATE VIEW coming_bookings AS
    SELECT bookings.id, starts_at, patients.name AS patient, dentists.name AS dentist,
        treatments.name AS treatment
    FROM bookings
    JOIN patients ON patients.id = bookings.patient
    JOIN dentists ON dentists.id = bookings.dentist
    JOIN treatments ON treatments.id = bookings.treatment
    WHERE starts_at >= now();
