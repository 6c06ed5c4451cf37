//! Who is away from a post for a time, and who looks after it meanwhile (S40).
//!
//! Whoever stands in holds the post for that time, as far as rights go, and only while they hold a post of their own
//! from which they may: with either, it ends at once (G30).

use chrono::{Days, NaiveDate};

use super::ids::{AbsenceId, PersonId, SchoolId};
use super::person::{Independence, Person, Place, Post, Role};

/// Somebody is away from one post for a time (from and to are both included).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Its id.
    pub id: AbsenceId,
    /// Who is away.
    pub person: PersonId,
    /// From which of their posts.
    pub post: Post,
    /// Who looks after it meanwhile, if anybody.
    pub delegate: Option<PersonId>,
    /// Who noted it, where it is known: whoever is away, a co-ordinator or an administrator.
    pub noted_by: Option<PersonId>,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub to_on: NaiveDate,
}

impl Absence {
    /// Whether it is on that day.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from_on <= day && day <= self.to_on
    }

    /// Those whose choice it is that the delegate stands in: whoever is away, and whoever noted it. Where one of them is
    /// shut out of a case, what it gives holds for nothing in it (R22).
    pub fn behind_it(&self) -> impl Iterator<Item = PersonId> {
        std::iter::once(self.person).chain(self.noted_by)
    }

    /// Whether it shares a day with those days.
    pub fn meets(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.from_on <= to && from <= self.to_on
    }
}

/// From which posts somebody may look after a post, the usual first. Empty for posts with which no case rests: a seat in
/// the pool is offered to another, and whoever looks after people is never the only one.
///
/// Nobody stands in from below the staff who have stages, and nobody who is kept clear for a panel (R24).
pub fn may_stand_in(for_role: Role) -> &'static [Role] {
    match for_role {
        Role::ClassTeacher | Role::FormTutor => {
            &[Role::ClassTeacher, Role::FormTutor, Role::SeniorLeader, Role::Headteacher]
        }
        Role::SeniorLeader => &[Role::SeniorLeader, Role::Headteacher],
        Role::Headteacher => {
            &[Role::SeniorLeader, Role::Headteacher, Role::ExecutiveHead, Role::TrustOfficer]
        }
        Role::ExecutiveHead => &[Role::ExecutiveHead, Role::Headteacher, Role::TrustOfficer],
        Role::ChairOfGovernors => &[Role::ViceChairOfGovernors],
        Role::ViceChairOfGovernors => &[Role::ChairOfGovernors],
        // The clerk investigates nothing and sits on no panel: another clerk, or whoever keeps the record (2.4).
        Role::Clerk => &[Role::Clerk, Role::ComplaintsCoordinator],
        Role::ComplaintsCoordinator => &[
            Role::ComplaintsCoordinator,
            Role::SchoolOffice,
            Role::SeniorLeader,
            Role::Headteacher,
            Role::Clerk,
        ],
        Role::SchoolOffice => &[Role::SchoolOffice, Role::ComplaintsCoordinator, Role::SeniorLeader],
        Role::DesignatedSafeguardingLead => {
            &[Role::DesignatedSafeguardingLead, Role::SeniorLeader, Role::Headteacher]
        }
        Role::DataProtectionOfficer => {
            &[Role::DataProtectionOfficer, Role::ComplaintsCoordinator, Role::SeniorLeader, Role::Clerk]
        }
        Role::TrustOfficer => &[Role::TrustOfficer, Role::ChiefExecutive],
        Role::ChiefExecutive => &[Role::TrustOfficer, Role::ChairOfTrustees],
        Role::ChairOfTrustees => &[Role::Trustee],
        Role::Governor
        | Role::Trustee
        | Role::PanelMember
        | Role::Investigator
        | Role::Administrator
        | Role::Inspector => &[],
    }
}

/// Whether somebody with that post of their own may look after the other.
pub fn is_near_enough(own: &Post, absent: &Post) -> bool {
    let place = own.place == Place::Trust || own.place == absent.place;
    place && may_stand_in(absent.role).contains(&own.role)
}

/// Whether that person may look after the post on each of those days: by posts of their own, and not away themselves.
pub fn may_look_after(
    person: &Person,
    post: &Post,
    (from, to): (NaiveDate, NaiveDate),
    absences: &[Absence],
) -> bool {
    let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to).collect();
    let own = |day: &NaiveDate| {
        let from_there = |own: &&Post| is_near_enough(own, post) && own.is_held_on(*day);
        person.posts.iter().filter(from_there).any(|own| !is_away_from(person.id, own, *day, absences))
    };
    !days.is_empty() && days.iter().all(own)
}

fn is_away_from(person: PersonId, post: &Post, day: NaiveDate, absences: &[Absence]) -> bool {
    absences.iter().any(|away| away.person == person && away.post.id == post.id && away.covers(day))
}

/// Whether somebody holds that role at that school on that day, and is away from each post that gives it.
pub fn is_away(person: &Person, role: Role, school: SchoolId, day: NaiveDate, absences: &[Absence]) -> bool {
    let mut held = person
        .posts
        .iter()
        .filter(|post| post.role == role && post.reaches(school) && post.is_held_on(day))
        .peekable();
    held.peek().is_some() && held.all(|post| is_away_from(person.id, post, day, absences))
}

/// The posts that somebody holds for others while these are away: for no longer than the absence, the post itself, and a
/// post of their own from which they may; and not on days on which they are away from that one.
pub fn standing_in(person: &Person, absences: &[Absence]) -> Vec<Post> {
    let mine = absences.iter().filter(|away| away.delegate == Some(person.id) && away.person != person.id);
    mine.flat_map(|away| {
        let from = person.posts.iter().filter(|own| is_near_enough(own, &away.post));
        from.flat_map(|own| days_between(own, away, absences)).map(|days| held_for_a_time(away, days))
    })
    .collect()
}

/// Days in a row, both ends included.
type Stretch = (NaiveDate, NaiveDate);

fn days_between(own: &Post, away: &Absence, absences: &[Absence]) -> Vec<Stretch> {
    let last = |post: &Post| post.to_on.unwrap_or(NaiveDate::MAX);
    let from = away.from_on.max(own.from_on).max(away.post.from_on);
    let to = away.to_on.min(last(own)).min(last(&away.post));
    let holes = absences.iter().filter(|hole| Some(hole.person) == away.delegate && hole.post.id == own.id);
    let all = if from <= to { vec![(from, to)] } else { Vec::new() };
    holes.fold(all, |left, hole| left.into_iter().flat_map(|days| without(days, hole)).collect())
}

fn without((from, to): Stretch, hole: &Absence) -> Vec<Stretch> {
    if !hole.meets(from, to) {
        return vec![(from, to)];
    }
    let before = hole.from_on.checked_sub_days(Days::new(1)).map(|day| (from, day));
    let after = hole.to_on.checked_add_days(Days::new(1)).map(|day| (day, to));
    before.into_iter().chain(after).filter(|(first, last)| first <= last).collect()
}

fn held_for_a_time(away: &Absence, (from_on, to_on): Stretch) -> Post {
    Post {
        from_on,
        to_on: Some(to_on),
        independence: Independence::None,
        independence_reason: None,
        ..away.post.clone()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::PostId;
    use crate::domain::person::Directory;

    const SCHOOL: SchoolId = SchoolId(Uuid::from_u128(1));
    const HEAD: PersonId = PersonId(Uuid::from_u128(10));
    const DEPUTY: PersonId = PersonId(Uuid::from_u128(11));

    fn day(of_december: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, of_december).unwrap()
    }

    fn post(number: u128, role: Role, last: Option<NaiveDate>) -> Post {
        Post {
            id: PostId(Uuid::from_u128(number)),
            role,
            place: Place::School(SCHOOL),
            year_groups: vec![],
            from_on: NaiveDate::from_ymd_opt(2026, 9, 1).unwrap(),
            to_on: last,
            independence: Independence::None,
            independence_reason: None,
        }
    }

    fn person(id: PersonId, posts: Vec<Post>) -> Person {
        Person { id, name: "Somebody".into(), email: String::new(), posts }
    }

    fn away(person: PersonId, post: Post, delegate: Option<PersonId>, days: (u32, u32)) -> Absence {
        Absence {
            id: AbsenceId(Uuid::from_u128(99)),
            person,
            post,
            delegate,
            noted_by: None,
            from_on: day(days.0),
            to_on: day(days.1),
        }
    }

    fn holders(directory: &Directory, on: NaiveDate) -> Vec<PersonId> {
        directory.present(Role::Headteacher, SCHOOL, on).map(|person| person.id).collect()
    }

    #[test]
    fn s40_whoever_stands_in_holds_the_post_on_those_days_and_on_no_other() {
        let head = post(1, Role::Headteacher, None);
        let people =
            vec![person(HEAD, vec![head.clone()]), person(DEPUTY, vec![post(2, Role::SeniorLeader, None)])];
        let directory = Directory::with_absences(people, vec![away(HEAD, head, Some(DEPUTY), (7, 11))]);
        assert_eq!(holders(&directory, day(6)), [HEAD]);
        for on in 7..=11 {
            assert_eq!(holders(&directory, day(on)), [DEPUTY], "{on} December");
        }
        assert_eq!(holders(&directory, day(12)), [HEAD]);
        let for_whom = |on| directory.stands_in(DEPUTY, HEAD, Role::Headteacher, SCHOOL, day(on));
        assert_eq!([6, 7, 11, 12].map(for_whom), [false, true, true, false]);
    }

    #[test]
    fn g30_it_ends_with_the_post_from_which_they_stood_in_and_stops_while_they_are_away_themselves() {
        let head = post(1, Role::Headteacher, None);
        let leader = post(2, Role::SeniorLeader, Some(day(10)));
        let people = vec![person(HEAD, vec![head.clone()]), person(DEPUTY, vec![leader.clone()])];
        let absences = vec![away(HEAD, head, Some(DEPUTY), (1, 20)), away(DEPUTY, leader, None, (4, 5))];
        let directory = Directory::with_absences(people, absences);
        let here: Vec<u32> = (1..=20).filter(|on| holders(&directory, day(*on)) == [DEPUTY]).collect();
        assert_eq!(here, [1, 2, 3, 6, 7, 8, 9, 10]);
        assert_eq!(holders(&directory, day(4)), [], "nobody is there, and nothing says otherwise");
    }

    #[test]
    fn r24_a_governor_who_may_sit_on_a_panel_stands_in_for_nobody() {
        for role in Role::ALL {
            for near in may_stand_in(role) {
                assert!(near.works_with_cases() || *near == Role::Trustee, "{role:?} by {near:?}");
            }
        }
        let governor = person(DEPUTY, vec![post(2, Role::Governor, None)]);
        let chair = post(1, Role::ChairOfGovernors, None);
        assert!(!may_look_after(&governor, &chair, (day(1), day(2)), &[]));
        let vice = person(DEPUTY, vec![post(2, Role::ViceChairOfGovernors, Some(day(2)))]);
        assert!(may_look_after(&vice, &chair, (day(1), day(2)), &[]));
        assert!(!may_look_after(&vice, &chair, (day(1), day(3)), &[]), "their own post ends before");
    }
}
