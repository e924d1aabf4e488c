//! Enums that a text column holds by name. A name that the code does not know is a decode error, never a
//! default.

/// Defines an enum with one word per variant, and its mapping to a text column on both databases.
macro_rules! text_enum {
    (
        $(#[$enum_attribute:meta])*
        pub enum $name:ident {
            $($(#[$attribute:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$enum_attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name {
            $($(#[$attribute])* $variant,)+
        }

        impl $name {
            /// Every variant, in the order of the definition.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// Returns the word that the database holds.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Returns the variant of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::values::text_enum::text_column!($name, |word| $name::from_word(word));
    };
}

/// Maps a type with `to_string` and a decoder of words to a text column on both databases.
macro_rules! text_column {
    ($name:ident, $decode:expr) => {
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                std::io::Write::write_all(out, self.to_string().as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::sqlite::Sqlite> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::sqlite::Sqlite>,
            ) -> diesel::serialize::Result {
                out.set_value(self.to_string());
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let decode: fn(&str) -> Option<Self> = $decode;
                let word = <String as diesel::deserialize::FromSql<_, DB>>::from_sql(value)?;
                decode(&word)
                    .ok_or_else(|| format!("{word:?} is not a value of {}", stringify!($name)).into())
            }
        }
    };
}

pub(crate) use {text_column, text_enum};
