//! Questions that wait a moment for each other, so that one call answers several of them.
//!
//! Steps that wait ask again and again, and AWS describes several things in a call: without this a thousand waiting
//! services would cost a thousand calls a round.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};

use super::NotCalled;

/// How long the first question waits for others: little beside a call, long beside steps that are looked at together.
const MOMENT: Duration = Duration::from_millis(10);

type Answer<T> = Result<Arc<Vec<T>>, NotCalled>;
type Names = Arc<Mutex<Vec<String>>>;

/// A call that gathers names still.
struct Gathering<T> {
    names: Names,
    answer: Shared<BoxFuture<'static, Answer<T>>>,
}

/// Gathers questions by place. Cheap to clone.
pub(super) struct Observer<T> {
    places: Arc<Mutex<HashMap<String, Gathering<T>>>>,
    most: usize,
}

impl<T> Clone for Observer<T> {
    fn clone(&self) -> Self {
        Observer { places: Arc::clone(&self.places), most: self.most }
    }
}

impl<T: Send + Sync + 'static> Observer<T> {
    /// An observer whose calls take `most` names.
    pub(super) fn new(most: usize) -> Self {
        Observer { places: Arc::default(), most }
    }

    /// Asks for what has this name; the answer holds what others asked for too. The call begins after this question came,
    /// so that it never answers with what was seen before.
    pub(super) async fn ask<R>(
        &self,
        place: &str,
        name: &str,
        read: impl FnOnce(Vec<String>) -> R + Send + 'static,
    ) -> Answer<T>
    where
        R: Future<Output = Result<Vec<T>, NotCalled>> + Send + 'static,
    {
        self.gathered(place, name, read).await
    }

    fn gathered<R>(
        &self,
        place: &str,
        name: &str,
        read: impl FnOnce(Vec<String>) -> R + Send + 'static,
    ) -> Shared<BoxFuture<'static, Answer<T>>>
    where
        R: Future<Output = Result<Vec<T>, NotCalled>> + Send + 'static,
    {
        let mut places = held(&self.places);
        if let Some(gathering) = places.get(place)
            && let mut names = held(&gathering.names)
            && names.len() < self.most
        {
            if !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
            return gathering.answer.clone();
        }
        let names = Names::new(Mutex::new(vec![name.to_owned()]));
        let (observer, of, here) = (self.clone(), Arc::clone(&names), place.to_owned());
        let answer = async move {
            tokio::time::sleep(MOMENT).await;
            let names = observer.close(&here, &of);
            read(names).await.map(Arc::new)
        };
        let answer = answer.boxed().shared();
        places.insert(place.to_owned(), Gathering { names, answer: answer.clone() });
        answer
    }

    /// Takes what was gathered; later questions begin a call of their own.
    fn close(&self, place: &str, names: &Names) -> Vec<String> {
        let mut places = held(&self.places);
        if places.get(place).is_some_and(|gathering| Arc::ptr_eq(&gathering.names, names)) {
            places.remove(place);
        }
        std::mem::take(&mut *held(names))
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(
        calls: &Arc<Mutex<Vec<usize>>>,
    ) -> impl FnOnce(Vec<String>) -> BoxFuture<'static, Result<Vec<String>, NotCalled>> + use<> {
        let calls = Arc::clone(calls);
        move |names| {
            held(&calls).push(names.len());
            async move { Ok(names) }.boxed()
        }
    }

    #[tokio::test]
    async fn questions_of_a_moment_share_calls_of_the_size_that_aws_takes() {
        let (observer, calls) = (Observer::<String>::new(10), Arc::default());
        let names: Vec<String> = (0..25).map(|nth| format!("service-{nth}")).collect();
        let asked = names.iter().map(|name| observer.ask("dev", name, reading(&calls)));
        for (name, answer) in names.iter().zip(futures::future::join_all(asked).await) {
            assert!(answer.unwrap().contains(name));
        }
        assert_eq!(*held(&calls), [10, 10, 5]);
    }

    #[tokio::test]
    async fn a_later_question_is_never_answered_with_what_was_seen_before_it() {
        let (observer, calls) = (Observer::<String>::new(10), Arc::default());
        for _ in 0..2 {
            observer.ask("dev", "web", reading(&calls)).await.unwrap();
        }
        assert_eq!(*held(&calls), [1, 1]);
    }
}
